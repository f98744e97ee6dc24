/** Where a client keeps what must survive a crash. */
@Export
@Version("1.1.0")
package org.cloakwork.spi.store;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
