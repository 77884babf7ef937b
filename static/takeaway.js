// Makes the files that a person takes away, beside the page. The page starts it when a file is wanted (src/web/takeaway.rs)
// and says in the address which version of the program it belongs to, so that no older one comes from a cache.
const part = name => new URL(name + location.search, import.meta.url);

onmessage = async ({ data: wish }) => {
  try {
    const program = await import(part('msa-takeaway.js'));
    await program.default({ module_or_path: part('msa-takeaway_bg.wasm') });
    postMessage([true, program.take_away(wish)]);
  } catch (why) {
    // The program's own reasons are texts. Anything else is that it could not be loaded or run.
    if (typeof why !== 'string') console.error(why);
    postMessage([false, typeof why === 'string' ? why : '']);
  }
};
