// What the page does until the program runs, and what it says when the program cannot run.
// Plain old JavaScript on purpose: it has to work in the browsers that it turns away.
(function () {
  'use strict';

  // What the address asks for or the last visit kept, as the program will read it (src/web/environment.rs).
  function chosen(name) {
    var asked = new RegExp('[?&]' + name + '=([^&]*)').exec(location.search);
    var kept = null;
    try { kept = localStorage.getItem('msa-playground.' + name); } catch (blocked) { /* then nothing is kept */ }
    return { asked: asked && asked[1], kept: kept };
  }

  // Before the first paint, so that neither the language nor the ground changes when the program starts.
  var page = document.documentElement;
  var lang = chosen('lang');
  page.lang = [lang.asked, lang.kept, navigator.language].map(function (code) {
    return (/^(ko|en)(?![a-z])/i.exec(code || '') || [''])[0].toLowerCase();
  }).filter(Boolean)[0] || 'en';
  var theme = chosen('theme');
  theme = (theme.asked || theme.kept || '').toLowerCase();
  if (theme === 'light' || theme === 'dark') page.setAttribute('data-theme', theme);

  // What the program cannot do without; docs/embedding.md has the table, and tests hold the two together. A browser too old
  // for modules runs nothing of what follows, and reports no error either.
  var needs = {
    'JavaScript modules': function () { return 'noModule' in document.createElement('script'); },
    'WebAssembly': function () { return typeof WebAssembly === 'object'; },
    'WebAssembly reference types': function () {
      // The smallest module that has a table of references.
      return typeof WebAssembly !== 'object' || WebAssembly.validate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 4, 4, 1, 111, 0, 0]));
    }
  };
  var lacks = Object.keys(needs).filter(function (name) { return !needs[name](); });
  // Then static/start.js does not even try.
  if (lacks.length) page.setAttribute('data-lacks', lacks.join(', '));

  var words = {
    ko: {
      title: '플레이그라운드를 시작하지 못했습니다',
      reload: '새로 고침',
      unsupported: [
        '이 브라우저에는 플레이그라운드에 필요한 기능이 없습니다: ' + lacks.join(', ') + '.',
        'Chrome·Edge 105, Firefox 121, Safari 16 이상에서 여십시오. 정책, 보안 모드, 확장 프로그램이 WebAssembly를 막고 있다면 이 페이지에서는 허용하십시오.'
      ],
      file: [
        '이 페이지를 파일로 직접 열었습니다. 브라우저는 웹 서버에서 받은 프로그램만 실행합니다.',
        '프로젝트 폴더에서 make serve를 실행하거나, dist 폴더를 웹 서버로 제공하십시오. 예: python3 -m http.server --directory dist'
      ],
      broken: [
        '프로그램의 일부를 받지 못했거나 실행하지 못했습니다.',
        '페이지를 새로 고치십시오. 그래도 열리지 않으면 최신 버전의 브라우저에서 여십시오. 이 페이지를 직접 게시했다면 dist 폴더의 파일을 모두 올렸는지 확인하십시오.'
      ]
    },
    en: {
      title: 'The playground could not start',
      reload: 'Reload',
      unsupported: [
        'This browser lacks what the playground needs: ' + lacks.join(', ') + '.',
        'Open it in Chrome or Edge 105, Firefox 121, Safari 16 or newer. If a policy, a security mode or an extension blocks WebAssembly, allow it for this page.'
      ],
      file: [
        'This page was opened as a file. Browsers only run the program when a web server sends it.',
        'Run make serve in the project’s folder, or serve the dist folder with any web server, for example: python3 -m http.server --directory dist'
      ],
      broken: [
        'A part of the program did not arrive, or could not be run.',
        'Reload the page. If that does not help, open it in a current browser. If you published this page yourself, check that every file of the dist folder is there.'
      ]
    }
  };

  function element(tag, text, parent) {
    var made = document.createElement(tag);
    if (text) made.textContent = text;
    parent.appendChild(made);
    return made;
  }

  // The program removes #boot when it mounts into #app; until then, or if it died while mounting, it is not running.
  function running(app) {
    return app.firstElementChild && !document.getElementById('boot');
  }

  function explain(why, detail) {
    var app = document.getElementById('app');
    if (running(app) || document.getElementById('boot-failed')) return;
    // The page around can do without, and need not wait for what will not come.
    if (window.parent !== window) {
      window.parent.postMessage({ msa: 1, type: 'failed', message: [words.en[why][0]].concat(detail || []).join(' ') }, '*');
    }
    app.textContent = '';
    var main = element('main', '', app);
    main.id = 'boot';
    var alert = element('div', '', main);
    alert.id = 'boot-failed';
    alert.setAttribute('role', 'alert');
    (page.lang === 'ko' ? ['ko', 'en'] : ['en', 'ko']).forEach(function (lang, place) {
      var part = element('section', '', alert);
      part.lang = lang;
      element(place === 0 ? 'h1' : 'h2', words[lang].title, part);
      words[lang][why].forEach(function (sentence) { element('p', sentence, part); });
      if (why === 'broken') {
        var again = element('button', words[lang].reload, part);
        again.type = 'button';
        again.onclick = function () { location.reload(); };
      }
    });
    if (detail) element('pre', detail, main);
  }

  function broken(detail) {
    explain(location.protocol === 'file:' ? 'file' : 'broken', detail);
  }

  // Capturing, because a script that cannot be loaded tells only its own element.
  window.addEventListener('error', function (event) {
    if (event.target && event.target.tagName === 'SCRIPT') broken(event.target.src);
    else if (event instanceof ErrorEvent) broken(event.message);
  }, true);
  window.addEventListener('unhandledrejection', function (event) {
    broken(String(event.reason));
  });

  document.addEventListener('DOMContentLoaded', function () {
    if (lacks.length) explain('unsupported');
  });
})();
