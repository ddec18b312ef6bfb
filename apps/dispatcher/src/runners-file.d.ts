declare module '*/runners.yml' {
  /** What `parseRunnerClasses` makes of it, while the function is bundled. */
  const classes: readonly import('@tinqs/fleet').RunnerClass[];
  export default classes;
}
