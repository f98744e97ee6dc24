/** The layered packet format: sealing at the sender, peeling at each hop. */
@Export
@Version("1.0.0")
package org.cloakwork.spi.sphinx;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
