/** How bytes travel between a client and its gateway. */
@Export
@Version("1.1.0")
package org.cloakwork.spi.transport;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
