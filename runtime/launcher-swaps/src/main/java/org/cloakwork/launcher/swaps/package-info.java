/** The verb {@code swap-test}: parts exchanged under load. A jar of its own that the command line finds in {@code lib/}. */
package org.cloakwork.launcher.swaps;
