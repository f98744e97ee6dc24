/**
 * What a SOCKS client and its exit (Nym: network requester) say to each other in messages, as pure functions. No
 * threads, clocks or I/O. Source: protocol/6-frontends, 2 and 3.
 *
 * <p>Whatever reads text or bytes from outside gives a value or a {@link org.cloakwork.wire.WireException}, nothing
 * else. Byte arrays in records are neither copied nor compared by content; whoever gets one owns it.
 */
@Export
@Version("1.0.0")
package org.cloakwork.wire.socks5;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
