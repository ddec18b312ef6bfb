/** One thing that must be right, and how to mend it where it is not. `not-yet`: it cannot be asked before something else is done. */
export interface Check {
  readonly id: string;
  readonly status: 'ok' | 'warning' | 'failed' | 'not-yet';
  readonly text: string;
  readonly fix: string | null;
}

export const ok = (id: string, text: string): Check => ({ id, status: 'ok', text, fix: null });
export const warning = (id: string, text: string, fix: string): Check => ({ id, status: 'warning', text, fix });
export const failed = (id: string, text: string, fix: string): Check => ({ id, status: 'failed', text, fix });
export const notYet = (id: string, text: string, fix: string): Check => ({ id, status: 'not-yet', text, fix });
