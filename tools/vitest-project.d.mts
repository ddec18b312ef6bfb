import type { ViteUserConfig } from 'vitest/config';

export declare function projectTests(root: string, test?: NonNullable<ViteUserConfig['test']>): ViteUserConfig;
