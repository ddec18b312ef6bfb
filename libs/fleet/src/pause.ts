/** `true`, or the ids of the classes that are paused: no machine is launched for them, running jobs finish, clocks run. */
export type Pause = boolean | readonly string[];

/** As the table has it under `PAUSE`; what is no pause pauses nothing. */
export function pauseOf(meta: unknown): Pause {
  return meta === true || Array.isArray(meta) ? (meta as true | string[]) : false;
}

/** How a person is told; `null` where nothing is paused. */
export function pauseSentence(pause: Pause): string | null {
  if (pause === false) return null;
  return `${pause === true ? 'all classes' : `class ${pause.join(', ')}`} paused: no machine is launched, running jobs finish. Back: tinqs-ci resume`;
}
