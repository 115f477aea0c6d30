import type { ReactiveControllerHost } from 'lit';

/** An element with controllers. It is also drawn when it has been taken out of the page with a drawing pending. */
export type Host = ReactiveControllerHost & Pick<Node, 'isConnected'>;
