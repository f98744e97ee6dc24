/** How sure a number is, and how numbers are shown. */
package org.cloakwork.laboratory.measure;
