/** Which mixes a packet goes through. */
@Export
@Version("1.0.0")
package org.cloakwork.spi.routes;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
