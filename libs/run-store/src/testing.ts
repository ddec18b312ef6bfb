export { startFaultProxy } from './fault-proxy.js';
export type { Fault, FaultProxy, ProxiedCall } from './fault-proxy.js';
export { createMemoryRunStore } from './memory-run-store.js';
