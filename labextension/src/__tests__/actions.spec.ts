import { Actions } from '../actions';

const settled = () => new Promise(resolve => setTimeout(resolve, 0));

test('the error of a row stays until it is dismissed or the next action', async () => {
  const actions = new Actions();
  const changed = jest.fn();
  actions.changed.connect(changed);
  actions.run('a', async () => {
    throw new Error('no');
  });
  expect(actions.isBusy('a')).toBe(true);
  expect(actions.isBusy('b')).toBe(false);
  await settled();
  expect(actions.isBusy('a')).toBe(false);
  expect(actions.error('a')?.message).toBe('no');
  expect(changed).toHaveBeenCalledTimes(2);
  actions.dismissError('a');
  expect(actions.error('a')).toBeNull();
});

test('a row is busy until its last action has ended', async () => {
  const actions = new Actions();
  let end = (): void => undefined;
  actions.run('a', () => new Promise<void>(resolve => (end = resolve)));
  actions.run('a', async () => undefined);
  await settled();
  expect(actions.isBusy('a')).toBe(true);
  end();
  await settled();
  expect(actions.isBusy('a')).toBe(false);
});
