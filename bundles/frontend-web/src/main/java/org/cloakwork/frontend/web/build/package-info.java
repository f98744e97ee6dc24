/** How the module is built; no part of it. */
package org.cloakwork.frontend.web.build;
