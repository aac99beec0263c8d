/** Names of the contract of notification-controller v1.9.3. */

export const component = 'notification-controller';
