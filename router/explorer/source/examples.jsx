// A panel of operations to try. A click opens one in a tab of its own, or goes to the tab that has it already.
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';

function ExamplesIcon() {
  return (
    <svg width="1em" height="1em" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.6">
      <path d="M9 3h6M10 3v6.5L4.6 18.4A1.8 1.8 0 0 0 6.1 21h11.8a1.8 1.8 0 0 0 1.5-2.6L14 9.5V3M7.6 14.5h8.8" />
    </svg>
  );
}

function Examples({ examples }) {
  const tabs = useGraphiQL((state) => state.tabs);
  const active = useGraphiQL((state) => state.activeTabIndex);
  const editors = useGraphiQL((state) => state.queryEditor && state);
  const { addTab, changeTab } = useGraphiQLActions();

  const open = ({ query, variables }) => {
    const there = tabs.findIndex((tab) => tab.query === query);
    if (there >= 0) {
      changeTab(there);
      return;
    }
    addTab();
    editors.queryEditor.setValue(query);
    editors.variableEditor?.setValue(variables);
  };

  return (
    <section aria-label="Examples">
      <div className="graphiql-doc-explorer-title">Examples</div>
      <ul className="explorer-examples">
        {examples.map((example) => (
          <li key={example.name}>
            <button
              type="button"
              aria-current={tabs[active]?.query === example.query}
              onClick={() => open(example)}
            >
              <strong>{example.title}</strong>
              {example.description && <span>{example.description}</span>}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function examplesPlugin(examples) {
  return { title: 'Examples', icon: ExamplesIcon, content: () => <Examples examples={examples} /> };
}
