/** The verb {@code swap-test}: parts exchanged under load. The command line finds its jar in {@code lib/}. */
package org.cloakwork.launcher.swaps;
