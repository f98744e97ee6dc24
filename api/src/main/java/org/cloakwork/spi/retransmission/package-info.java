/** When an unacknowledged packet is sent again, and when it is given up. */
@Export
@Version("1.1.0")
package org.cloakwork.spi.retransmission;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
