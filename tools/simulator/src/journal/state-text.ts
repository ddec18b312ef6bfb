import type { WorldState } from '../world/world-state.js';

/** The state as one line of JSON; maps and sets are marked. */
export function encodeState(generation: number, state: WorldState): string {
  return JSON.stringify({ generation, state }, (_key, value: unknown) => {
    if (value instanceof Map) return { $map: [...(value as Map<unknown, unknown>)] };
    return value instanceof Set ? { $set: [...(value as Set<unknown>)] } : value;
  });
}

export function decodeState(text: string): { readonly generation: number; readonly state: WorldState } {
  return JSON.parse(text, (_key, value: unknown) => {
    const marked = value as { $map?: [unknown, unknown][]; $set?: unknown[] } | null;
    if (Array.isArray(marked?.$map)) return new Map(marked.$map);
    return Array.isArray(marked?.$set) ? new Set(marked.$set) : value;
  }) as { generation: number; state: WorldState };
}
