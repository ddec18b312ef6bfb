import type { CommandArgument, CommandAnswer, CommandName } from './commands.js';
import type { Random } from './random.js';
import type { WorldView } from './world-view.js';

/** What a script may do in one step. */
export interface Stage {
  readonly random: Random;
  readonly world: WorldView;
  do<Name extends CommandName>(name: Name, argument: CommandArgument<Name>): CommandAnswer<Name>;
}

/** The people of the world. It lives inside the world: its steps are history too, and need no journal of their own. */
export interface Script {
  /** Takes one step and says how long until the next; `null`: there is none. */
  readonly step: (number: number, stage: Stage) => number | null;
}
