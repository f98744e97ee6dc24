/**
 * What a client and its gateway say to each other, both sides, as pure functions and step objects. No threads, clocks
 * or I/O. Source: protocol/4-gateway.
 *
 * <p>Whatever reads text or bytes from outside gives a value or a {@link org.cloakwork.wire.WireException}, nothing
 * else. Byte arrays in records are neither copied nor compared by content; whoever gets one owns it.
 */
@Export
@Version("1.0.0")
package org.cloakwork.wire.gateway;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
