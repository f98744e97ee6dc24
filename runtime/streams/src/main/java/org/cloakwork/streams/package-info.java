/**
 * Ordered byte streams over the messages of a client, for whoever carries connections: SOCKS, the exit, front-ends of
 * others, and streams of applications. What travels is up to the {@link org.cloakwork.streams.Carrier}; the order, the
 * limits and the ends are here. Needs a {@link org.cloakwork.api.MixnetClient}, and knows nothing of what is behind it.
 */
@Export
@Version("1.3.0")
package org.cloakwork.streams;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
