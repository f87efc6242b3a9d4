import { MenuSvg } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

/**
 * A command of the application, with its arguments.
 */
export interface IMenuCommand {
  command: string;
  args: ReadonlyPartialJSONObject;
}

/**
 * One entry of a menu; null is a separator.
 */
export type MenuEntry = IMenuCommand | null;

/**
 * Open a menu of commands.
 *
 * @param entries - The entries. Commands that are not visible are left out.
 * @param run - Runs the action of an entry, and shows its error.
 * @param source - Gets the focus when the menu closes.
 */
export function openMenu(options: {
  commands: CommandRegistry;
  entries: ReadonlyArray<MenuEntry>;
  run: (action: () => Promise<unknown>) => void;
  source: HTMLElement;
  x: number;
  y: number;
}): void {
  const { commands, entries, run, source, x, y } = options;
  // A registry of its own: a menu drops the promise of a command, and thus its error.
  const own = new CommandRegistry();
  const menu = new MenuSvg({ commands: own });
  menu.addClass('jp-pipeline-menu');
  entries.forEach((entry, index) => {
    if (entry === null) {
      menu.addItem({ type: 'separator' });
      return;
    }
    const { command, args } = entry;
    if (!commands.hasCommand(command) || !commands.isVisible(command, args)) {
      return;
    }
    const id = `${index}`;
    own.addCommand(id, {
      label: commands.label(command, args),
      caption: commands.caption(command, args),
      icon: commands.icon(command, args),
      isEnabled: () => commands.isEnabled(command, args),
      execute: () => run(() => commands.execute(command, args))
    });
    menu.addItem({ command: id });
  });
  menu.aboutToClose.connect(() => {
    source.focus();
    // After the command, which the menu runs when it has closed.
    setTimeout(() => menu.dispose(), 0);
  });
  menu.open(x, y);
  menu.activateNextItem();
}
