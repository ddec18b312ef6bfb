/** A moment, in milliseconds since 1970 UTC. Core never asks for the time: it is told. */
export type Instant = number;

export const seconds = (count: number): number => count * 1_000;
export const minutes = (count: number): number => count * 60_000;
export const hours = (count: number): number => count * 3_600_000;
export const days = (count: number): number => count * 86_400_000;
