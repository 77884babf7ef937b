// Starts the program that trunk has built. A file, because a strict Content-Security-Policy forbids inline scripts, and
// trunk would write one; Trunk.toml has the element that names the program.
async function start() {
  const program = document.getElementById('program').dataset;
  const bindings = await import(new URL(program.js, document.baseURI));
  await bindings.default({ module_or_path: new URL(program.wasm, document.baseURI) });

  // Later visits need no network. Not on a developer's own address, whose port belongs to the next project tomorrow (but
  // with ?offline, for trying it), and not as a guest in another page.
  const wanted = location.protocol === 'https:' || new URLSearchParams(location.search).has('offline');
  if (wanted && window === window.top && 'serviceWorker' in navigator) {
    const used = performance.getEntriesByType('resource').map(entry => entry.name);
    // What makes files is loaded when the first one is wanted, which may be without a network.
    const later = ['takeaway.js', 'msa-takeaway.js', 'msa-takeaway_bg.wasm'].map(name => new URL(name, document.baseURI).href);
    try {
      await navigator.serviceWorker.register('offline.js');
      const { active } = await navigator.serviceWorker.ready;
      active.postMessage([location.href.split('#')[0], ...used, ...later]);
    } catch (forbidden) { /* then it needs the network */ }
  }
}

// What this browser cannot do static/boot.js has found out, and says.
if (!document.documentElement.hasAttribute('data-lacks')) start();
