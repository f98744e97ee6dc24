/** Nym's wire formats as pure functions: packets, addresses, fragments, messages, acks. No threads, clocks or I/O. */
@Export
@Version("1.0.0")
package org.cloakwork.wire;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
