/** What kinds of parts there are: above the packages of their services, which know nothing of each other. */
@Export
@Version("1.1.0")
package org.cloakwork.spi.part;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
