// The data of an answer together with what `extensions.cache` says of its fields: nodes, each with its path.

export const STATUSES = {
  hit: { letter: 'H', name: 'Hit', meaning: 'from the cache' },
  stale: { letter: 'S', name: 'Stale', meaning: 'from the cache, though over' },
  miss: { letter: 'M', name: 'Miss', meaning: 'fetched, and kept' },
  uncached: { letter: 'U', name: 'Uncached', meaning: 'fetched, and not kept' },
};

// An entry's path has `[first, last]` where it is for each item of a list between these.
function tree(entries) {
  const root = { fields: new Map(), items: [] };
  for (const entry of entries) {
    let node = root;
    let many = false;
    for (const key of entry.path) {
      if (typeof key === 'string') {
        if (!node.fields.has(key)) node.fields.set(key, { fields: new Map(), items: [] });
        node = node.fields.get(key);
        continue;
      }
      const [first, last] = Array.isArray(key) ? key : [key, key];
      many ||= first < last;
      let range = node.items.find((each) => each.first === first && each.last === last);
      if (!range) {
        range = { first, last, node: { fields: new Map(), items: [] } };
        node.items.push(range);
      }
      node = range.node;
    }
    node.entry = { ...entry, many };
  }
  return root;
}

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const NOTHING = { fields: new Map(), items: [] };

// `children` is null for a leaf, which is shown as JSON: also objects and lists of scalars.
function node(key, value, told, keys, all) {
  const found = { key, path: written(keys), level: keys.length, value, entry: told.entry, children: null, counts: {} };
  all.set(found.path, found);
  if (Array.isArray(value) && told.items.length) {
    found.children = value.map((item, index) => {
      const range = told.items.find((each) => each.first <= index && index <= each.last);
      return node(index, item, range?.node ?? NOTHING, [...keys, index], all);
    });
  } else if (isObject(value) && told.fields.size) {
    found.children = Object.entries(value).map(([name, inner]) =>
      node(name, inner, told.fields.get(name) ?? NOTHING, [...keys, name], all),
    );
  }
  for (const child of found.children ?? []) {
    for (const [status, count] of Object.entries(child.counts)) add(found.counts, status, count);
    if (child.entry) add(found.counts, child.entry.status, 1);
  }
  return found;
}

function add(counts, status, count) {
  counts[status] = (counts[status] ?? 0) + count;
}

// The nodes at the top, and all of them by path.
export function traced(data, cache) {
  const all = new Map();
  return { tops: node(null, data, tree(cache.fields), [], all).children ?? [], all };
}

// Of what may be kept; null where nothing may.
export function hitRatio({ hit, stale, miss }) {
  return hit + stale + miss ? (hit + stale) / (hit + stale + miss) : null;
}

function written(keys) {
  return keys.map((key, index) => (typeof key === 'number' ? `[${key}]` : index ? `.${key}` : key)).join('');
}

export function seconds(value) {
  if (value < 0.0995) return `${Math.round(value * 1000)} ms`;
  if (value < 99.5) return `${Number(value.toPrecision(value < 9.95 ? 2 : 3))} s`;
  return value < 5970 ? `${Math.round(value / 60)} min` : `${Math.round(value / 3600)} h`;
}

export function described(entry) {
  if (!entry) return '';
  const { name, meaning } = STATUSES[entry.status];
  const parts = [`${name}: ${meaning}`];
  if (entry.age !== undefined) parts.push(`${entry.many ? 'up to ' : ''}${seconds(entry.age)} old`);
  if (entry.ttl !== undefined) parts.push(`fresh for ${entry.many ? 'at least ' : ''}${seconds(entry.ttl)}`);
  return parts.join(', ');
}
