// Asks the router where each field came from, while it is switched on, and keeps the last answer that says so.
const SWITCH = 'cache:traced';

export function createTracer(header, storage) {
  let state = { on: storage.getItem(SWITCH) === 'true', answer: null };
  const listeners = new Set();
  const set = (change) => {
    state = { ...state, ...change };
    listeners.forEach((listener) => listener());
  };

  // What the router says is for the panel, so the editor of answers shows what other clients see.
  const seen = (result) => {
    if (result?.data === undefined && !result?.errors) return result; // a part of an answer
    const { cache, ...others } = result.extensions ?? {};
    set({ answer: { data: result.data, cache } });
    if (!cache) return result;
    const { extensions, ...rest } = result;
    return Object.keys(others).length ? { ...rest, extensions: others } : rest;
  };

  async function* each(results) {
    for await (const result of results) yield seen(result);
  }

  return {
    snapshot: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    turn: (on) => {
      storage.setItem(SWITCH, String(on));
      set({ on, answer: null });
    },
    fetcher: (fetcher) => async (params, options) => {
      if (!state.on || params.operationName === 'IntrospectionQuery') return fetcher(params, options);
      const headers = { ...options?.headers, [header]: '1' };
      const answer = await fetcher(params, { ...options, headers });
      return answer?.[Symbol.asyncIterator] ? each(answer) : seen(answer);
    },
  };
}
