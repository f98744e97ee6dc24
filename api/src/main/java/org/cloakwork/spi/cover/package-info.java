/** When packets leave the client, and when cover leaves in their place. */
@Export
@Version("1.2.0")
package org.cloakwork.spi.cover;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
