/** The errors that who starts and holds a cluster can meet; they cross from its thread by their names. */

/** The port that was asked for belongs to somebody else. */
export class PortTaken extends Error {
  override name = 'PortTaken';
}

/** The store file is in use, damaged or of a version that this program does not know. */
export class StoreUnusable extends Error {
  override name = 'StoreUnusable';
}

/** Not a snapshot, or one of a later version of this program. */
export class BadSnapshot extends Error {
  override name = 'BadSnapshot';
}

/** A rule that nobody can follow: it names the rule and what is wrong with it. */
export class BadFailureRule extends Error {
  override name = 'BadFailureRule';
}

/** A user, group or token that was given names nobody. */
export class BadIdentity extends Error {
  override name = 'BadIdentity';
}

/** The thread of a cluster has ended by itself; what it was asked is not answered any more. */
export class ClusterDied extends Error {
  override name = 'ClusterDied';
}
