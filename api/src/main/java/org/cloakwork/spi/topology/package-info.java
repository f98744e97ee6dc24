/** Where the client learns which nodes there are. */
@Export
@Version("1.6.0")
package org.cloakwork.spi.topology;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
