// The text of the article drives the run, and the run writes its numbers into the text.
(function () {
  'use strict';
  var page = document.documentElement;
  var run = document.getElementById('run');
  var said = document.getElementById('said');

  function speak(lang) {
    page.lang = lang;
    document.querySelectorAll('[data-lang]').forEach(function (button) {
      button.setAttribute('aria-pressed', String(button.dataset.lang === lang));
    });
  }
  speak(/^ko/i.test(navigator.language) ? 'ko' : 'en');

  function put(name, number) {
    document.querySelectorAll('[data-number=' + name + ']').forEach(function (output) { output.textContent = number; });
  }

  var does = {
    lose: function () { return run.injectFault({ loss: { link: 'order -> payment', answer: 1 } }, '3s'); },
    mend: function () { return run.setState({ settings: { by: 'events', reconcile: true }, playing: true }); },
    again: function () { return run.setState({ link: 'order-payment', t: 0, playing: true }); },
    pause: function () { return run.pause(); },
    play: function () { return run.play(); }
  };

  document.addEventListener('click', function (event) {
    var button = event.target.closest('button');
    if (!button) return;
    if (button.dataset.lang) speak(button.dataset.lang);
    else does[button.dataset.do]().catch(function (error) { said.textContent = error.message; });
  });

  customElements.whenDefined('msa-playground').then(function () {
    run.on('metrics', function (message) {
      var client = message.numbers.clients[0];
      put('ok', client.ok_per_s.toFixed(1));
      put('latency', client.latency_ms.count ? client.latency_ms.mean.toFixed(0) : '–');
    });
    run.on('event', function (message) { said.textContent = message.text; });
  });
})();
