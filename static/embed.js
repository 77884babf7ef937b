// <msa-playground scenario="order-payment" …>: the playground in a page of documentation. docs/embedding.md has the tables.
// No dependency, may be loaded twice, and sets no inline style that a strict Content-Security-Policy would forbid.
(function () {
  'use strict';
  if (!('customElements' in window) || customElements.get('msa-playground')) return;

  // The playground lies where this script does.
  var script = document.currentScript;
  var home = new URL('.', script ? script.src : location.href);
  var PATIENCE_S = 30;
  // As high as the scenarios that ship are with their choices, where the column is at least 900 wide; docs/embedding.md has the same number for the time before
  // this script is there.
  var HEIGHT = 960;
  // What the page inside tells, all of it: who listens is not asked.
  var TOPICS = ['state', 'metrics', 'event', 'resize', 'key'];

  // The ground of the page around: what mdBook, Docusaurus, VitePress, MkDocs Material and Sphinx call it, or the system's.
  function hostTheme() {
    var root = document.documentElement;
    var body = document.body || root;
    var said = [root, body].map(function (element) {
      return element.getAttribute('data-theme') || element.getAttribute('data-md-color-scheme');
    }).filter(Boolean)[0] || '';
    if (/^(dark|slate)$/.test(said)) return 'dark';
    if (/^(light|default)$/.test(said)) return 'light';
    if (/(^|\s)(dark|coal|navy|ayu)(\s|$)/.test(root.className)) return 'dark';
    if (/(^|\s)(light|rust)(\s|$)/.test(root.className) || document.querySelector('.VPNav, .VPContent')) return 'light';
    return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  }

  function hostLang() {
    var lang = (document.documentElement.lang || '').toLowerCase();
    return /^ko(-|$)/.test(lang) ? 'ko' : /^en(-|$)/.test(lang) ? 'en' : null;
  }

  // What is wrong with the value of an attribute that only this element reads; the page inside says the rest.
  function wrong(name, value) {
    if (value === null) return null;
    if (name === 'theme' && !/^(light|dark|auto)$/i.test(value)) return 'theme: must be light, dark or auto';
    if (name === 'lang' && !/^(ko|en)(-|$)/i.test(value)) return 'lang: must be ko or en';
    if (name === 'height' && !/^\s*(0*[1-9]\d*(px)?(\s+auto)?|auto)\s*$/i.test(value)) {
      return 'height: must be pixels (640), auto, or both (640 auto)';
    }
    return null;
  }

  class MsaPlayground extends HTMLElement {
    static get observedAttributes() { return ['scenario', 'link', 'theme', 'lang', 'height', 'title']; }

    constructor() {
      super();
      // Calls that have not been answered, in order, by their number.
      this._calls = new Map();
      this._heard = new Map();
      this._number = 0;
      // Whether the page inside hears: it has said that it is ready, or what is wrong with its link.
      this._listens = false;
      this._failed = null;
      this._steps = null;
      this._hear = this._hear.bind(this);
      this._follow = this._follow.bind(this);
      this._awaitReady();
    }

    _awaitReady() {
      this._isReady = false;
      this.ready = new Promise(function (resolve, reject) {
        this._resolveReady = resolve;
        this._rejectReady = reject;
      }.bind(this));
      // Nobody has to await it.
      this.ready.catch(function () {});
    }

    connectedCallback() {
      // The height is there before anything is loaded, so that nothing moves.
      this.style.display = 'block';
      this.style.position = 'relative';
      this.style.minHeight = this._height() + 'px';
      if (this._frame || this._seen) return;
      this._seen = new IntersectionObserver(function (entries) {
        if (entries.some(function (entry) { return entry.isIntersecting; })) this._begin();
      }.bind(this), { rootMargin: '600px' });
      this._seen.observe(this);
    }

    disconnectedCallback() {
      if (this._seen) this._seen.disconnect();
      this._seen = null;
      if (!this._frame) return;
      removeEventListener('message', this._hear);
      this._media.removeEventListener('change', this._follow);
      this._watch.disconnect();
      clearTimeout(this._patience);
      this._frame.remove();
      this._frame = null;
      this._listens = false;
      var failed = this._failed;
      this._failed = null;
      this._refuseAll('the playground is no longer in the page');
      // Who awaits the first run may await it in another place of the page.
      if (this._isReady || failed) this._awaitReady();
    }

    attributeChangedCallback(name, before, after) {
      if (!this._frame || before === after) return;
      var error = wrong(name, after);
      if (error) this._error(error);
      else if (name === 'theme' || name === 'lang') this._follow();
      else if (name === 'title') this._frame.title = this._title();
      else if (name === 'height') this._resize(0);
      else this._try(this.setState({ link: this._link() }));
    }

    // What is refused of what nobody called for by hand is told as an event.
    _try(call) { call.catch(function (error) { if (this._frame) this._error(error.message); }.bind(this)); }

    _error(message) { this._dispatch({ msa: 1, type: 'error', message: message }); }

    _attribute(name) {
      var value = this.getAttribute(name);
      return wrong(name, value) ? null : value;
    }

    // Pixels that are reserved: the frame is never lower, so what stands below it never moves up.
    _height() { return parseInt(this._attribute('height'), 10) || HEIGHT; }

    // Whether the frame may be higher: as high as the page inside would like to be.
    _isAuto() {
      var height = this._attribute('height');
      return height === null || /auto/i.test(height);
    }

    _resize(wanted) {
      this._wanted = wanted || this._wanted || 0;
      var height = this._isAuto() ? Math.max(this._height(), this._wanted) : this._height();
      this.style.minHeight = height + 'px';
      this._frame.style.height = height + 'px';
    }

    _link() { return this.getAttribute('link') || this.getAttribute('scenario') || ''; }

    // What stands behind # in a link, which may be a whole address.
    _fragment() {
      var link = this._link();
      if (link.indexOf('#') >= 0) return link.slice(link.indexOf('#') + 1);
      return link.indexOf('://') >= 0 ? '' : link;
    }

    _theme() { return (this._attribute('theme') || hostTheme()).toLowerCase(); }
    _lang() { return (this._attribute('lang') || hostLang() || '').slice(0, 2).toLowerCase(); }
    _title() { return this.getAttribute('title') || 'msa-playground: ' + (this.getAttribute('scenario') || 'services'); }
    _seconds() { return parseFloat(this.getAttribute('patience')) > 0 ? parseFloat(this.getAttribute('patience')) : PATIENCE_S; }

    _begin() {
      this._seen.disconnect();
      this._seen = null;
      var address = new URL(home);
      address.searchParams.set('embed', '1');
      address.searchParams.set('theme', this._theme());
      if (this._lang()) address.searchParams.set('lang', this._lang());
      ['controls', 'autoplay', 'hide'].forEach(function (name) {
        if (this.hasAttribute(name)) address.searchParams.set(name, this.getAttribute(name));
      }, this);
      // A page that has no origin (a file, a sandboxed frame) is called null, and so are its messages.
      address.searchParams.set('origin', self.origin);
      address.hash = this._fragment();

      var frame = document.createElement('iframe');
      frame.src = address.href;
      frame.title = this._title();
      frame.allow = 'clipboard-write';
      if (this.hasAttribute('sandbox')) frame.setAttribute('sandbox', this.getAttribute('sandbox') || 'allow-scripts allow-popups');
      // Until the page inside runs, what stands in this element is seen, and not the frame.
      frame.style.cssText = 'display:block;position:absolute;top:0;left:0;visibility:hidden;width:100%;border:0;border-radius:12px;color-scheme:normal';
      this._frame = frame;
      this._resize(0);
      addEventListener('message', this._hear);
      this._media = matchMedia('(prefers-color-scheme: dark)');
      this._media.addEventListener('change', this._follow);
      this._watch = new MutationObserver(this._follow);
      [document.documentElement, document.body].forEach(function (element) {
        this._watch.observe(element, { attributes: true, attributeFilter: ['class', 'data-theme', 'data-md-color-scheme', 'lang'] });
      }, this);
      this._shown = { theme: this._theme(), lang: this._lang() };
      this._ownFallback();
      this._ownSteps();
      this.append(frame);
      this._patience = setTimeout(this._fail.bind(this, 'the playground at ' + home.href + ' could not be loaded'), this._seconds() * 1000);
      this._calls.forEach(this._bePatient, this);
      ['theme', 'lang', 'height'].forEach(function (name) {
        var error = wrong(name, this.getAttribute(name));
        if (error) this._error(error);
      }, this);
    }

    // Where nobody has put anything inside, the way to the playground, with a picture of its scenario.
    _ownFallback() {
      var empty = Array.from(this.childNodes).every(function (node) {
        return node.tagName === 'SCRIPT' || node.nodeType !== Node.ELEMENT_NODE && !(node.nodeType === Node.TEXT_NODE && node.data.trim());
      });
      if (!empty) return;
      var address = new URL(home);
      address.hash = this._fragment();
      var link = document.createElement('a');
      link.href = address.href;
      link.textContent = this._title();
      link.style.color = 'inherit';
      this.append(link);
      var name = /^[a-z][a-z-]*(?=$|\?)/.exec(this._fragment() || 'consultation-list');
      if (!name) return;
      var picture = new Image();
      picture.alt = '';
      picture.style.cssText = 'display:block;max-width:100%;max-height:' + this._height() + 'px;color-scheme:' + this._theme().replace('auto', 'light dark');
      // Where it cannot be had, the words are enough.
      picture.onerror = function () { picture.remove(); };
      picture.src = new URL('posters/' + name[0] + '.' + (this._lang() || 'en') + '.svg', home).href;
      // Below the words, which so stay where they are when it comes.
      link.append(picture);
    }

    // Steps may stand inside: <script type="application/json">[{"t": 5, "caption": "…"}]</script>.
    _ownSteps() {
      var script = this.querySelector('script[type="application/json"]');
      if (!script || this._steps) return;
      try {
        this._steps = JSON.parse(script.textContent);
      } catch (error) {
        this._error('steps: ' + error.message);
      }
    }

    // The frame takes the place of what stood in this element.
    _show() {
      this._frame.style.position = 'static';
      this._frame.style.visibility = 'visible';
      Array.from(this.childNodes).forEach(function (node) { if (node !== this._frame) node.remove(); }, this);
    }

    _fail(message) {
      if (this._failed || this._listens) return;
      this._failed = message;
      this._refuseAll(message);
      this._rejectReady(new Error(message));
      this._error(message);
    }

    _refuseAll(message) {
      var calls = Array.from(this._calls.values());
      this._calls.clear();
      calls.forEach(function (call) {
        clearTimeout(call.patience);
        call.reject(new Error(message));
      });
    }

    // The page around has another ground or language now.
    _follow() {
      var shown = { theme: this._theme(), lang: this._lang() };
      var before = this._shown;
      this._shown = shown;
      if (shown.theme !== before.theme) this._try(this.setTheme(shown.theme));
      if (shown.lang && shown.lang !== before.lang) this._try(this.setLang(shown.lang));
    }

    _hear(event) {
      if (!this._frame || event.source !== this._frame.contentWindow) return;
      // A sandboxed frame has no origin of its own.
      if (event.origin !== home.origin && event.origin !== 'null') return;
      var message = event.data;
      if (!message || message.msa !== 1) return;
      if (message.type === 'answer') return this._answered(message);
      if (message.type === 'key') return this._key(message);
      if (message.type === 'failed') return this._fail(message.message);
      if (message.type === 'ready') this._runs(message);
      if (!this._listens && (message.type === 'ready' || message.type === 'error')) this._listen();
      if (message.type === 'resize') this._resize(message.height);
      (this._heard.get(message.type) || []).slice().forEach(function (hear) { hear(message); });
      this._dispatch(message);
    }

    _dispatch(message) { this.dispatchEvent(new CustomEvent('msa-' + message.type, { detail: message })); }

    _listen() {
      clearTimeout(this._patience);
      this._failed = null;
      this._listens = true;
      this._show();
      TOPICS.forEach(function (topic) { this._tell({ type: 'on', event: topic }); }, this);
      this._calls.forEach(function (call) { this._tell(call.message); }, this);
    }

    // It may come after everybody has been told that it would not.
    _runs(message) {
      this._resolveReady(message);
      if (this._isReady) return;
      this._isReady = true;
      this.ready = Promise.resolve(message);
      this._tellSteps();
    }

    _tellSteps() {
      if (!this._isReady || !this._steps) return;
      // Before the calls that go through them.
      this._tell({ type: 'setSteps', steps: this._steps });
    }

    _answered(message) {
      var call = this._calls.get(message.id);
      if (!call) return;
      this._calls.delete(message.id);
      clearTimeout(call.patience);
      if (message.ok) call.resolve(message.value);
      else call.reject(new Error(message.error));
    }

    // A key that the page inside does not use is pressed in the page around: a deck of slides goes on.
    _key(message) {
      ['keydown', 'keyup'].forEach(function (type) {
        this.dispatchEvent(new KeyboardEvent(type, {
          key: message.key, code: message.code, keyCode: message.keyCode, which: message.keyCode,
          shiftKey: message.shiftKey, ctrlKey: message.ctrlKey, altKey: message.altKey, metaKey: message.metaKey,
          bubbles: true, cancelable: true, composed: true
        }));
      }, this);
    }

    _tell(message) {
      // A sandboxed frame has no origin that could be named; nothing that is said is secret.
      var origin = this._frame.hasAttribute('sandbox') ? '*' : home.origin;
      this._frame.contentWindow.postMessage(Object.assign({ msa: 1 }, message), origin);
    }

    _bePatient(call, id) {
      call.patience = setTimeout(function () {
        if (this._calls.delete(id)) call.reject(new Error('the playground does not answer'));
      }.bind(this), this._seconds() * 1000);
    }

    // A call waits until the playground is loaded, which begins when the element comes near the screen.
    _ask(message) {
      return new Promise(function (resolve, reject) {
        if (this._failed) return reject(new Error(this._failed));
        var id = ++this._number;
        var call = { message: Object.assign({ id: id }, message), resolve: resolve, reject: reject };
        this._calls.set(id, call);
        if (this._frame) this._bePatient(call, id);
        if (this._listens) this._tell(call.message);
      }.bind(this));
    }

    play() { return this._ask({ type: 'play' }); }
    pause() { return this._ask({ type: 'pause' }); }
    step() { return this._ask({ type: 'step' }); }
    seek(t) { return this._ask({ type: 'seek', t: t }); }
    getState() { return this._ask({ type: 'getState' }); }
    setState(state) { return this._ask(Object.assign({}, state, { type: 'setState' })); }
    setTheme(theme) { return this._ask({ type: 'setTheme', theme: theme }); }
    setLang(lang) { return this._ask({ type: 'setLang', lang: lang }); }
    injectFault(fault, lasts) {
      return this._ask({ type: 'injectFault', fault: fault, lasts: lasts === null ? undefined : lasts });
    }
    endFault(fault) { return this._ask({ type: 'endFault', fault: fault }); }
    redrive(subscription) { return this._ask({ type: 'redrive', subscription: subscription }); }
    goToStep(step) { return this._ask({ type: 'goToStep', step: step }); }

    get steps() { return this._steps; }
    set steps(steps) {
      this._steps = steps || [];
      this._tellSteps();
    }

    on(type, hear) {
      if (!this._heard.has(type)) this._heard.set(type, []);
      this._heard.get(type).push(hear);
      return this;
    }

    off(type, hear) {
      var left = (this._heard.get(type) || []).filter(function (other) { return other !== hear; });
      this._heard.set(type, left);
      return this;
    }
  }

  customElements.define('msa-playground', MsaPlayground);
})();
