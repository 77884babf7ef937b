export default {
  title: 'Documentation with the playground',
  base: '/vitepress/',
  head: [['link', { rel: 'icon', href: 'data:,' }], ['script', { src: '/playground/embed.js', async: '' }]],
  // Vue is told that the element is not one of its components.
  vue: { template: { compilerOptions: { isCustomElement: tag => tag === 'msa-playground' } } }
}
