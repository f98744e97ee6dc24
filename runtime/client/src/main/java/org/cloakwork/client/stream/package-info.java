/**
 * Ordered byte streams over the messages of a client, for whoever carries connections: SOCKS, the exit, and streams of
 * applications. What travels is up to the {@link org.cloakwork.client.stream.Carrier}; the order, the limits and the
 * ends are here.
 */
@Export
@Version("1.0.0")
package org.cloakwork.client.stream;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
