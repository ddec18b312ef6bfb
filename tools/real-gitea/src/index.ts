export { startPostgres, type Postgres } from './postgres.js';
export { startGitea, type Clone, type RealGitea } from './real-gitea.js';
