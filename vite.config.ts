import { defineConfig, type Plugin } from 'vite';
import { shortId } from './panel/locales/short-id.ts';

const root = new URL('panel', import.meta.url).pathname;

/** One page per web panel in the manifest, served by the backend below /panels/. */
export default defineConfig({
  root,
  base: '/panels/',
  appType: 'mpa',
  publicDir: false,
  plugins: [shortIds(), denseTemplates()],
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

function shortIds(): Plugin {
  return {
    name: 'short-ids',
    enforce: 'pre',
    transform(code, file) {
      if (!file.includes('/locales/generated/')) return null;
      const ids = new Set<string>();
      const short = code.replace(/'([sh][0-9a-f]{16})'/g, (_, id: string) => {
        if (ids.has(shortId(id))) this.error(`Two texts have the id ${shortId(id)}: make it longer`);
        ids.add(shortId(id));
        return `'${shortId(id)}'`;
      });
      return { code: short, map: null };
    },
  };
}

/**
 * Takes out of templates what only we read: indentation, and remarks in styles. Once the code is minified, lines break
 * nowhere else. The line breaks stay, so that source maps still fit.
 */
function denseTemplates(): Plugin {
  return {
    name: 'dense-templates',
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type === 'chunk') file.code = file.code.replace(/ *\/\* [^*\n]+ \*\//g, '').replace(/\n[ \t]+/g, '\n');
      }
    },
  };
}
