/** This page comes from the hub, as the community's app: it has no node of its own. The hub says so in its HTML. */
export const hosted = (): boolean => typeof document !== 'undefined' && document.documentElement.dataset.app === 'hub';
