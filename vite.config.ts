import { defineConfig } from 'vite';

const root = new URL('panel', import.meta.url).pathname;

/** One page per web panel in the manifest, served by the backend below /panels/. */
export default defineConfig({
  root,
  base: '/panels/',
  appType: 'mpa',
  publicDir: false,
  build: {
    outDir: new URL('dist/panels', import.meta.url).pathname,
    emptyOutDir: true,
    manifest: true,
    sourcemap: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    // A font or picture inside the script or the styles would need `data:` in the content security policy.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { 'sync-settings': `${root}/sync-settings.html`, 'erp-tab': `${root}/erp-tab.html` },
      output: {
        entryFileNames: 'assets/[name]-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
  server: {
    host: '127.0.0.1',
    proxy: { '^/(api|auth)/': `http://127.0.0.1:${process.env.PORT ?? 3000}` },
  },
});
