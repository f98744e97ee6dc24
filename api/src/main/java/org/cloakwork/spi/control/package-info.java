/** What runs in this process, and what may be exchanged in it: for operators and what they look at it with. */
@Export
@Version("1.1.0")
package org.cloakwork.spi.control;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
