import { splitName } from '../names';

test.each([
  ['local-1', ['local-1', '']],
  ['daily-report', ['daily-report', '']],
  ['carriers-eu-west-1a', ['carriers-eu', '-west-1a']],
  ['👩‍👩‍👧‍👧'.repeat(24), ['👩‍👩‍👧‍👧'.repeat(16), '👩‍👩‍👧‍👧'.repeat(8)]]
])('the end of %s stays visible', (name, parts) => {
  expect(splitName(name)).toEqual(parts);
});
