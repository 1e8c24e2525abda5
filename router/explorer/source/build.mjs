// Bundles GraphiQL, Monaco and its workers into ../assets: nothing of it is fetched from elsewhere at run time.
// Everything is compressed here, once, so that serving costs nothing and the repository stays small.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const ASSETS = new URL('../assets/', import.meta.url).pathname;
const SHARED = {
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  outdir: ASSETS,
  target: ['es2022'],
  legalComments: 'none',
  logLevel: 'warning',
};

const page = await build({
  ...SHARED,
  entryPoints: ['main.jsx'],
  format: 'iife',
  jsx: 'automatic',
  loader: { '.ttf': 'file' },
  assetNames: '[name]',
  define: { 'process.env.NODE_ENV': '"production"' },
});
const workers = await build({
  ...SHARED,
  format: 'iife',
  entryPoints: {
    'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
    'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
    'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
  },
});

function packagesOf(...metafiles) {
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile.inputs));
  const folders = inputs.map((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1]);
  return [...new Set(folders.filter(Boolean))].sort();
}

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|(third.?party)?notice|copying)/i.test(file)).sort();
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return [`${name} ${version} (${license})`, ...texts].join('\n\n');
}

function fonts() {
  const folder = 'fonts';
  return readdirSync(folder).sort().map((file) => readFileSync(join(folder, file), 'utf8').trim());
}

rmSync(ASSETS, { recursive: true, force: true });
mkdirSync(ASSETS, { recursive: true });
for (const { path, contents } of [...page.outputFiles, ...workers.outputFiles]) {
  writeFileSync(join(ASSETS, `${basename(path)}.gz`), gzipSync(contents, { level: 9 }));
}
const licences = [...packagesOf(page.metafile, workers.metafile).map(licenceOf), ...fonts()];
writeFileSync(join(ASSETS, 'LICENSES.txt'), `${licences.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`);
