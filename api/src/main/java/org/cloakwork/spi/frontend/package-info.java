/** How programs that are not this one reach a client. */
@Export
@Version("1.4.0")
package org.cloakwork.spi.frontend;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
