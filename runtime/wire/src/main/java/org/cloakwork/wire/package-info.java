/**
 * Nym's wire formats as pure functions: packets, addresses, fragments, messages, acks. No threads, clocks or I/O.
 *
 * <p>Whatever reads bytes from outside gives a value or a {@link org.cloakwork.wire.WireException}, nothing else. Byte
 * arrays in records are neither copied nor compared by content; whoever gets one owns it.
 */
@Export
@Version("1.1.0")
package org.cloakwork.wire;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
