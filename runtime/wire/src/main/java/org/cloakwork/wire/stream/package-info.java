/**
 * Ordered byte streams over messages that arrive in any order, as step objects: what to do with a piece that came, and
 * whether another one may go. No threads, clocks or I/O; {@code org.cloakwork.streams} adds those.
 */
@Export
@Version("1.0.0")
package org.cloakwork.wire.stream;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
