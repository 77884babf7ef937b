// <msa-playground scenario="order-payment" …>: the playground in a page of documentation. docs/embedding.md has the tables.
// No dependency, may be loaded twice, and sets no inline style that a strict Content-Security-Policy would forbid.
(function () {
  'use strict';
  if (!('customElements' in window) || customElements.get('msa-playground')) return;

  // The playground lies where this script does.
  var script = document.currentScript;
  var home = new URL('.', script ? script.src : location.href);
  var PATIENCE_MS = 30000;
  var HEIGHT = 640;

  // The ground of the page around: what mdBook, Docusaurus, VitePress and MkDocs Material call it, or the system's.
  function hostTheme() {
    var root = document.documentElement;
    var said = root.getAttribute('data-theme') || root.getAttribute('data-md-color-scheme')
      || (document.body && document.body.getAttribute('data-md-color-scheme')) || '';
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

  class MsaPlayground extends HTMLElement {
    static get observedAttributes() { return ['scenario', 'link', 'theme', 'lang', 'height', 'title']; }

    constructor() {
      super();
      this._asked = new Map();
      this._heard = new Map();
      this._number = 0;
      this._hear = this._hear.bind(this);
      this._follow = this._follow.bind(this);
      this._await();
    }

    // A frame hears nothing before it has said something: that it is ready, or what is wrong with its link.
    _await() {
      this.ready = new Promise(function (resolve) { this._isReady = resolve; }.bind(this));
      this._listens = new Promise(function (resolve) { this._isListening = resolve; }.bind(this));
    }

    connectedCallback() {
      // The height is there before anything is loaded, so that nothing moves.
      this.style.display = 'block';
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
      this._frame.remove();
      this._frame = null;
      this._asked.forEach(function (asked) { asked.reject(new Error('the playground is no longer in the page')); });
      this._asked.clear();
      this._await();
    }

    attributeChangedCallback(name, before, after) {
      if (!this._frame || before === after) return;
      if (name === 'theme' || name === 'lang') this._follow();
      else if (name === 'title') this._frame.title = after || '';
      else if (name === 'height') {
        this._resize(this._height());
        this._listens.then(this._subscribe.bind(this));
      }
      else this.setState({ link: this._fragment() }).catch(function () { /* the playground says what is wrong with it */ });
    }

    _height() {
      var height = parseInt(this.getAttribute('height'), 10);
      return height > 0 ? height : HEIGHT;
    }

    _isAuto() { return /auto/.test(this.getAttribute('height')); }

    _resize(height) {
      this.style.minHeight = height + 'px';
      this._frame.style.height = height + 'px';
    }

    _fragment() {
      var link = this.getAttribute('link') || '';
      return (link.indexOf('#') >= 0 ? link.slice(link.indexOf('#') + 1) : link) || this.getAttribute('scenario') || '';
    }

    _theme() { return this.getAttribute('theme') || hostTheme(); }
    _lang() { return this.getAttribute('lang') || hostLang(); }

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
      if (location.origin !== 'null') address.searchParams.set('origin', location.origin);
      address.hash = this._fragment();

      var frame = document.createElement('iframe');
      frame.src = address.href;
      frame.title = this.getAttribute('title') || 'msa-playground: ' + (this.getAttribute('scenario') || 'services');
      frame.allow = 'clipboard-write';
      if (this.hasAttribute('sandbox')) frame.setAttribute('sandbox', this.getAttribute('sandbox') || 'allow-scripts allow-popups');
      frame.style.cssText = 'display:block;width:100%;border:0;border-radius:12px;color-scheme:normal';
      this._frame = frame;
      this._resize(this._height());
      addEventListener('message', this._hear);
      this._media = matchMedia('(prefers-color-scheme: dark)');
      this._media.addEventListener('change', this._follow);
      this._watch = new MutationObserver(this._follow);
      [document.documentElement, document.body].forEach(function (element) {
        this._watch.observe(element, { attributes: true, attributeFilter: ['class', 'data-theme', 'data-md-color-scheme', 'lang'] });
      }, this);
      this._shown = { theme: this._theme(), lang: this._lang() };
      // What stood here for readers without JavaScript has done so.
      this.replaceChildren(frame);
    }

    // The page around has another ground or language now.
    _follow() {
      var shown = { theme: this._theme(), lang: this._lang() };
      if (shown.theme !== this._shown.theme) this.setTheme(shown.theme);
      if (shown.lang && shown.lang !== this._shown.lang) this.setLang(shown.lang);
      this._shown = shown;
    }

    _hear(event) {
      if (!this._frame || event.source !== this._frame.contentWindow) return;
      // A sandboxed frame has no origin of its own.
      if (event.origin !== home.origin && event.origin !== 'null') return;
      var message = event.data;
      if (!message || message.msa !== 1) return;
      if (message.type === 'answer') {
        var asked = this._asked.get(message.id);
        this._asked.delete(message.id);
        if (asked) message.ok ? asked.resolve(message.value) : asked.reject(new Error(message.error));
        return;
      }
      if (message.type === 'ready' || message.type === 'error') {
        this._subscribe();
        this._isListening();
      }
      if (message.type === 'ready') this._isReady(message);
      if (message.type === 'resize' && this._isAuto()) this._resize(message.height);
      (this._heard.get(message.type) || []).slice().forEach(function (hear) { hear(message); });
      this.dispatchEvent(new CustomEvent('msa-' + message.type, { detail: message }));
    }

    _tell(message) {
      if (!this._frame) return;
      // A sandboxed frame has no origin that could be named; nothing that is said is secret.
      var origin = this._frame.hasAttribute('sandbox') ? '*' : home.origin;
      this._frame.contentWindow.postMessage(Object.assign({ msa: 1 }, message), origin);
    }

    _subscribe() {
      this._heard.forEach(function (_, type) { this._tell({ type: 'on', event: type }); }, this);
      if (this._isAuto()) this._tell({ type: 'on', event: 'resize' });
    }

    _ask(message) {
      return this._listens.then(function () {
        return new Promise(function (resolve, reject) {
          if (!this._frame) return reject(new Error('the playground is no longer in the page'));
          var id = ++this._number;
          this._asked.set(id, { resolve: resolve, reject: reject });
          setTimeout(function () {
            if (this._asked.delete(id)) reject(new Error('the playground does not answer'));
          }.bind(this), PATIENCE_MS);
          this._tell(Object.assign({ id: id }, message));
        }.bind(this));
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
    injectFault(fault, lasts) { return this._ask({ type: 'injectFault', fault: fault, lasts: lasts }); }

    on(type, hear) {
      if (!this._heard.has(type)) {
        this._heard.set(type, []);
        this._listens.then(this._subscribe.bind(this));
      }
      this._heard.get(type).push(hear);
      return this;
    }

    off(type, hear) {
      var left = (this._heard.get(type) || []).filter(function (other) { return other !== hear; });
      if (left.length) this._heard.set(type, left);
      else {
        this._heard.delete(type);
        this._listens.then(this._tell.bind(this, { type: 'off', event: type }));
      }
      return this;
    }
  }

  customElements.define('msa-playground', MsaPlayground);
})();
