import { showErrorMessage, type ICommandPalette } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';

/**
 * Add commands to the palette, and show their errors in a dialog: the palette drops them.
 */
export function addToPalette(
  palette: ICommandPalette | null,
  commands: CommandRegistry,
  ids: ReadonlyArray<string>,
  trans: TranslationBundle
): void {
  const category = trans.__('Pipeline');
  ids.forEach(command =>
    palette?.addItem({ command, category, args: { isPalette: true } })
  );
  commands.commandExecuted.connect((_, { id, args, result }) => {
    if (args.isPalette && ids.includes(id)) {
      result.catch(reason => showCommandError(commands, id, reason));
    }
  });
}

/**
 * Show the error of a command that no row shows.
 */
export function showCommandError(
  commands: CommandRegistry,
  id: string,
  reason: Error
): void {
  void showErrorMessage(commands.label(id), reason);
}
