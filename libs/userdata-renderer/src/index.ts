export { maskUserData, renderUserData } from './render-user-data.js';
export type { JobEnvironment, RunnerCredential, RunnerSettings } from './runner-settings.js';
export { InvalidRunnerSettingsError } from './settings-problem.js';
export type { SettingsProblem } from './settings-problem.js';
