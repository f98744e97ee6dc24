/** Who a client is, and the key files that say so. */
@Export
@Version("1.0.0")
package org.cloakwork.client.identity;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
