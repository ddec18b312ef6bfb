export { startGitea, type Clone, type RealGitea } from './real-gitea.js';
