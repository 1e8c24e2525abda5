// The explorer's page: GraphiQL with the examples of this graph, configured by the JSON that the router put into the page.
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { DOC_EXPLORER_PLUGIN } from '@graphiql/plugin-doc-explorer';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { createRoot } from 'react-dom/client';
import { cachePlugin } from './cache.jsx';
import { examplesPlugin } from './examples.jsx';
import { createTracer } from './tracer.js';
import 'graphiql/style.css';
import './page.css';

const config = JSON.parse(document.getElementById('config').textContent);

// Relative to the page, so that the explorer also works behind a proxy that adds a prefix.
const WORKERS = { graphql: 'graphql.worker.js', json: 'json.worker.js' };
globalThis.MonacoEnvironment = {
  getWorker: (_id, label) =>
    new Worker(new URL(`explorer/${WORKERS[label] ?? 'editor.worker.js'}`, document.baseURI)),
};

// What somebody typed for one graph is of no use for another one that is served at the same address later.
function storageOf(graph) {
  const prefix = `softfactory:${graph}:`;
  const keys = () => Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  return {
    getItem: (key) => localStorage.getItem(prefix + key),
    setItem: (key, value) => localStorage.setItem(prefix + key, value),
    removeItem: (key) => localStorage.removeItem(prefix + key),
    clear: () => keys().forEach((key) => localStorage.removeItem(key)),
    get length() {
      return keys().length;
    },
  };
}

function Logo({ title }) {
  return <span className="explorer-title">{title}</span>;
}

const storage = storageOf(config.graph);
const firstVisit = storage.getItem('graphiql:tabState') === null;
const examples = config.examples.length ? examplesPlugin(config.examples) : undefined;
const tracer = config.cacheDebugHeader && createTracer(config.cacheDebugHeader, storage);
const hasHeaders = Object.keys(config.headers).length > 0;
const headers = hasHeaders ? JSON.stringify(config.headers, null, 2) : '';
const plugins = [examples, tracer && cachePlugin(tracer), HISTORY_PLUGIN].filter(Boolean);
const fetcher = createGraphiQLFetcher({ url: new URL(config.endpoint, document.baseURI).href });

createRoot(document.getElementById('explorer')).render(
  <GraphiQL
    fetcher={tracer ? tracer.fetcher(fetcher) : fetcher}
    storage={storage}
    plugins={plugins}
    referencePlugin={DOC_EXPLORER_PLUGIN}
    visiblePlugin={examples}
    defaultTabs={config.tabs.map((tab) => ({ ...tab, headers }))}
    // GraphiQL takes the query of the first tab from defaultTabs, but not its variables.
    initialVariables={firstVisit ? config.tabs[0].variables : undefined}
    defaultHeaders={headers}
    defaultEditorToolsVisibility={hasHeaders ? 'headers' : undefined}
  >
    <GraphiQL.Logo>
      <Logo title={config.title} />
    </GraphiQL.Logo>
  </GraphiQL>,
);
