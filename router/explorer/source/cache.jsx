// A panel that shows the last answer with each field coloured by whether it came from the router's cache.
import { useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { described, hitRatio, STATUSES, traced } from './traced.js';
import './cache.css';

const AT_FIRST = 20; // items of a list; the others on demand
const OPEN_ROWS = 600; // of an answer with more fields, lists are closed

function CacheIcon() {
  return (
    <svg width="1em" height="1em" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.6">
      <ellipse cx="12" cy="5.5" rx="8" ry="2.8" />
      <path d="M4 5.5v13c0 1.5 3.6 2.8 8 2.8s8-1.3 8-2.8v-13M4 12c0 1.5 3.6 2.8 8 2.8s8-1.3 8-2.8" />
    </svg>
  );
}

function Badge({ status }) {
  return (
    <span className={`cache-badge cache-${status ?? 'unknown'}`} aria-hidden="true">
      {status ? STATUSES[status].letter : '·'}
    </span>
  );
}

function Bar({ counts }) {
  return (
    <span className="cache-bar" aria-hidden="true">
      {Object.keys(STATUSES).map(
        (status) => counts[status] > 0 && (
          <span key={status} className={`cache-${status}`} style={{ flexGrow: counts[status] }} />
        ),
      )}
    </span>
  );
}

function Totals({ cache, only, onOnly }) {
  const ratio = hitRatio(cache);
  return (
    <div className="cache-totals">
      <p className="cache-ratio">
        {ratio === null ? <strong>–</strong> : <strong>{Math.floor(ratio * 100)} %</strong>}
        <span>
          {ratio === null
            ? 'Nothing of this answer may be kept.'
            : `${cache.hit + cache.stale} of ${cache.hit + cache.stale + cache.miss} fields that may be kept came from the cache`}
        </span>
      </p>
      <Bar counts={cache} />
      <div className="cache-legend" role="group" aria-label="Highlight">
        {Object.entries(STATUSES).map(([status, { name, meaning }]) => (
          <button
            key={status}
            type="button"
            aria-pressed={only === status}
            disabled={!cache[status]}
            title={meaning}
            onClick={() => onOnly(only === status ? null : status)}
          >
            <Badge status={status} />
            {name}
            <b>{cache[status]}</b>
          </button>
        ))}
      </div>
      {cache.omitted > 0 && (
        <p className="cache-hint">The answer is too large to tell of all its fields: {cache.omitted} runs of them are left out.</p>
      )}
    </div>
  );
}

function Value({ node, isOpen }) {
  if (!node.children) return <span className="cache-value">{JSON.stringify(node.value)}</span>;
  const size = Array.isArray(node.value) ? `[${node.children.length}]` : isOpen ? '' : '{…}';
  return <span className="cache-size">{size}</span>;
}

function Row({ node, at, tree }) {
  const isBranch = Boolean(node.children?.length);
  const isOpen = isBranch && tree.isOpen(node);
  const shown = tree.shown.get(node.path) ?? AT_FIRST;
  const status = node.entry?.status;
  const about = described(node.entry);
  return (
    <li
      role="treeitem"
      aria-level={node.level}
      aria-expanded={isBranch ? isOpen : undefined}
      aria-setsize={at.size}
      aria-posinset={at.number}
      aria-label={`${node.key}${node.children ? '' : ` ${JSON.stringify(node.value)}`}${about && `. ${about}`}`}
      tabIndex={tree.focused === node.path ? 0 : -1}
      data-dim={tree.only !== null && status !== tree.only && !node.counts[tree.only] ? '' : undefined}
      onFocus={(event) => {
        event.stopPropagation();
        tree.onFocus(node.path);
      }}
    >
      <div
        className={`cache-row cache-on-${status ?? 'none'}`}
        style={{ '--level': node.level - 1 }}
        title={about}
        onMouseEnter={() => tree.onPoint(node.path)}
        onClick={() => isBranch && tree.toggle(node)}
      >
        <span className="cache-arrow" aria-hidden="true">{isBranch ? (isOpen ? '▾' : '▸') : ''}</span>
        {typeof node.key === 'number' ? <span className="cache-index">{node.key}</span> : <Badge status={status} />}
        {typeof node.key === 'string' && <span className="cache-key">{node.key}</span>}
        <Value node={node} isOpen={isOpen} />
        {isBranch && !isOpen && <Bar counts={node.counts} />}
      </div>
      {isOpen && (
        <ul role="group">
          {node.children.slice(0, shown).map((child, index) => (
            <Row
              key={child.key}
              node={child}
              at={{ size: node.children.length, number: index + 1 }}
              tree={tree}
            />
          ))}
          {node.children.length > shown && (
            <li role="none">
              <button
                type="button"
                className="cache-more"
                style={{ '--level': node.level }}
                onClick={() => tree.more(node.path, shown)}
              >
                Show {Math.min(node.children.length - shown, AT_FIRST * 5)} more of {node.children.length}
              </button>
            </li>
          )}
        </ul>
      )}
    </li>
  );
}

// https://www.w3.org/WAI/ARIA/apg/patterns/treeview/
function step(key, item, items) {
  const place = items.indexOf(item);
  const level = Number(item.getAttribute('aria-level'));
  switch (key) {
    case 'ArrowDown': return items[place + 1];
    case 'ArrowUp': return items[place - 1];
    case 'Home': return items[0];
    case 'End': return items.at(-1);
    case 'ArrowRight': return item.getAttribute('aria-expanded') === 'true' ? items[place + 1] : null;
    case 'ArrowLeft': return items.slice(0, place).findLast((each) => Number(each.getAttribute('aria-level')) < level);
    default: return null;
  }
}

function Answer({ answer: { data, cache } }) {
  const { tops, all } = useMemo(() => traced(data, cache), [data, cache]);
  const total = cache.hit + cache.stale + cache.miss + cache.uncached;
  // By path, so that the same query asked again looks the same.
  const [only, setOnly] = useState(null);
  const [turned, setTurned] = useState(() => new Map());
  const [shown, setShown] = useState(() => new Map());
  const [focused, setFocused] = useState(null);
  const [pointed, setPointed] = useState(null);
  const list = useRef(null);

  const isOpen = ({ path, key, level }) =>
    turned.get(path) ?? (total <= OPEN_ROWS || typeof key === 'number' || level < 2);
  const toggle = (node) => setTurned((old) => new Map(old).set(node.path, !isOpen(node)));
  const current = all.get(focused) ?? tops[0];
  const told = all.get(pointed) ?? current;
  const tree = {
    only: cache[only] ? only : null,
    shown,
    isOpen,
    toggle,
    focused: current?.path,
    onFocus: setFocused,
    onPoint: setPointed,
    more: (path, before) => setShown((old) => new Map(old).set(path, before + AT_FIRST * 5)),
  };

  const onKeyDown = (event) => {
    const item = event.target;
    if (item.getAttribute('role') !== 'treeitem' || event.altKey || event.ctrlKey || event.metaKey) return;
    const expanded = item.getAttribute('aria-expanded');
    const turns = { ArrowRight: 'false', ArrowLeft: 'true' }[event.key] === expanded && expanded !== null;
    if (turns || (expanded !== null && (event.key === 'Enter' || event.key === ' '))) {
      toggle(current);
    } else {
      const next = step(event.key, item, [...list.current.querySelectorAll('[role=treeitem]')]);
      if (!next) return;
      next.focus();
    }
    event.preventDefault();
  };

  return (
    <>
      <Totals cache={cache} only={tree.only} onOnly={setOnly} />
      {tops.length ? (
        <ul
          ref={list}
          className="cache-tree"
          role="tree"
          aria-label="The answer, field by field"
          onKeyDown={onKeyDown}
          onMouseLeave={() => setPointed(null)}
        >
          {tops.map((top, index) => (
            <Row key={top.key} node={top} at={{ size: tops.length, number: index + 1 }} tree={tree} />
          ))}
        </ul>
      ) : (
        <p className="cache-hint">The answer has no data.</p>
      )}
      {told && (
        <div className="cache-detail">
          <code>{told.path}</code>
          <span>{described(told.entry) || (typeof told.key === 'number' ? 'An item of the list' : 'Not told')}</span>
        </div>
      )}
    </>
  );
}

function Cache({ tracer }) {
  const { on, answer } = useSyncExternalStore(tracer.subscribe, tracer.snapshot);
  return (
    <section className="cache-panel" aria-label="Cache">
      <div className="cache-head">
        <div className="graphiql-doc-explorer-title">Cache</div>
        <button type="button" role="switch" aria-checked={on} className="cache-switch" onClick={() => tracer.turn(!on)}>
          <span aria-hidden="true" />
          Trace answers
        </button>
      </div>
      {!on && (
        <p className="cache-hint">
          Switch it on, and the router says of each field of an answer whether it came from the cache, how old it is, and for how
          long it is fresh. Such answers are interpreted, and never kept whole: do not measure their speed.
        </p>
      )}
      {on && !answer && <p className="cache-hint">Run a query, and again to see what was kept of it.</p>}
      {on && answer && !answer.cache && <p className="cache-hint">The query was refused, or the router does not trace.</p>}
      {on && answer?.cache && <Answer answer={answer} />}
    </section>
  );
}

export function cachePlugin(tracer) {
  return { title: 'Cache', icon: CacheIcon, content: () => <Cache tracer={tracer} /> };
}
